-- What several replicas of the mock share, as one script. It means what engine/memory.py means.
--
-- KEYS[1] is the namespace. ARGV[1] is the time in seconds since the epoch, for tests; empty takes
-- the store's. Each other argument is a message in msgpack: the operation, the replica, the number
-- of the message, whether it is sent again ('if known': only to learn what it did), and what the
-- operation needs. The replies are msgpack, too, one for each message. A message that fails fails
-- alone. Nothing is written before it is certain that the operation succeeds: Redis undoes nothing.

local root = KEYS[1]
local call, pack, unpacked = redis.call, cmsgpack.pack, cmsgpack.unpack
local operation, replica, serial, again, m, REPLIES
local RUN, REPLICAS, SCOPES = root .. ':run', root .. ':replicas', root .. ':scopes'
local CALLS, LATEST, FAILED = root .. ':calls', root .. ':latest', root .. ':failed'
local RING, RUNNING = root .. ':ring', root .. ':running'
local BLOCK, REMEMBERED, DAY, MOST_SCOPES = 256, 8192, 86400, 256
local ENOUGH = 1e-3

local function exact(number) return string.format('%.17g', number) end

local function clock()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1e6
end

local real = clock()

-- as Python's // for floats above 0
local function floordiv(a, b)
  local whole = (a - math.fmod(a, b)) / b
  local floor = math.floor(whole)
  return whole - floor > 0.5 and floor + 1 or floor
end

-- when a window {after, for, repeat} opened and closes; nothing if it is closed
local function span(window, elapsed)
  local opened = window[1]
  if elapsed < opened then return nil end
  if window[3] then opened = opened + floordiv(elapsed - opened, window[3]) * window[3] end
  local closes = opened + window[2]
  if elapsed < closes then return opened, closes end
end

-- ---------------------------------------------------------------- the run
-- who has given a sign of life shortly before this time, and who has not
local function alive(at)
  local found, gone = {}, {}
  local all = call('HGETALL', REPLICAS)
  for i = 1, #all, 2 do
    if tonumber(all[i + 1]) > at then found[all[i]] = true else gone[#gone + 1] = all[i] end
  end
  return found, gone
end

-- the keys of what each scenario has of its own
local function scoped(scopes)
  local keys = {}
  for _, scope in ipairs(scopes) do
    for _, kind in ipairs({':rules:', ':bits:', ':quota:', ':lru:'}) do
      keys[#keys + 1] = root .. kind .. scope
    end
  end
  return keys
end

local function forget_run()
  call('UNLINK', RUN, CALLS, LATEST, FAILED, RING, RUNNING,
    unpack(scoped(call('SMEMBERS', SCOPES))))
  call('UNLINK', SCOPES)
end

local function begin_run(run, version, definition, injected, skipped)
  forget_run()
  call('HSET', RUN, 'run', run, 'version', version, 'definition', definition, 'injected', injected,
    'started', exact(real + skipped), 'number', 0, 'skipped', exact(skipped))
end

-- never the number of an earlier run, even if the store has forgotten that one
local function next_run(known) return math.max(known + 1, math.floor(real * 1000)) end

local function described()
  local got = call('HMGET', RUN, 'run', 'version', 'definition', 'injected', 'started', 'skipped')
  return {'ok', tonumber(got[1]), tonumber(got[2]), got[3], got[4], tonumber(got[5]),
    real + tonumber(got[6])}
end

-- {lease, run, version, definition, injected, new}: what plays, or what the replica brings
local function join()
  local lease, run, version, definition, injected, new = unpack(m)
  local live = alive(real)
  live[replica] = nil
  local got = call('HMGET', RUN, 'run', 'version', 'skipped')
  local known = tonumber(got[1] or 0)
  if new and (known == 0 or not next(live)) then
    begin_run(next_run(known), 1, definition, injected, 0)
  elseif not new and known < run then
    begin_run(run, version, definition, injected, tonumber(got[3] or 0))
  elseif not new and known == run and tonumber(got[2]) < version then
    call('HSET', RUN, 'version', version, 'injected', injected)
  end
  call('HSET', REPLICAS, replica, exact(real + lease))
  return described()
end

local function play()
  local got = call('HMGET', RUN, 'run', 'skipped')
  begin_run(next_run(tonumber(got[1] or 0)), 1, m[1], pack({}), tonumber(got[2] or 0))
  return described()
end

local function inject()
  local got = call('HMGET', RUN, 'run', 'injected')
  if not got[1] then return {'none'} end
  local rules = unpacked(got[2])
  rules[#rules + 1] = m[1]
  call('HSET', RUN, 'injected', pack(rules))
  call('HINCRBY', RUN, 'version', 1)
  return described()
end

local function advance()
  local got = call('HMGET', RUN, 'run', 'skipped')
  if not got[1] then return {'none'} end
  if tonumber(got[2]) + m[1] > m[2] then return {'far'} end
  call('HSET', RUN, 'skipped', exact(tonumber(got[2]) + m[1]))
  return described()
end

-- {lease, running}: says that the replica lives, and how many answers it plays
local function beat()
  local lease, running = unpack(m)
  local beaten = tonumber(call('HGET', RUN, 'beaten') or real)
  local _, gone = alive(real)
  for _, one in ipairs(gone) do
    if real - beaten > lease / 2 then
      -- nobody was heard: the store was away, and what the others send again has to be recognized
      call('HSET', REPLICAS, one, exact(real + lease))
    else
      call('HDEL', REPLICAS, one)
      call('HDEL', RUNNING, one)
      call('UNLINK', root .. ':replies:' .. one)
    end
  end
  call('HSET', REPLICAS, replica, exact(real + lease))
  if call('EXISTS', RUN) == 0 then return {'none'} end
  call('HSET', RUN, 'beaten', exact(real))
  call('HSETNX', RUNNING, replica, running)
  for _, key in ipairs({RUN, REPLICAS, CALLS, LATEST, FAILED, RING, RUNNING, SCOPES, REPLIES}) do
    call('EXPIRE', key, DAY)
  end
  for _, key in ipairs(scoped(call('SMEMBERS', SCOPES))) do call('EXPIRE', key, DAY) end
  return described()
end

local function leave()
  call('HDEL', REPLICAS, replica)
  call('HDEL', RUNNING, replica)
  call('UNLINK', REPLIES)
  if not next((alive(real))) then
    forget_run()
    call('UNLINK', REPLICAS)
  end
  return {'left'}
end

-- ---------------------------------------------------------------- limits
-- a record is {at, levels, imposed}; an imposed limit {kind, period, amount, since, until, level,
-- at}; a quota {account, tokens, buckets, windowed, enforced, spent, limits, most}, where a bucket
-- is {kind, capacity, period} and kinds are 0 requests, 1 tokens, 2 total
local function refilled(level, at, now, capacity, period, windowed)
  if windowed then
    return floordiv(now, period) > floordiv(at, period) and capacity or level
  end
  if now <= at then return level end
  level = level + (now - at) * capacity / period
  return level < capacity and level or capacity
end

local function refill(record, quota, now)
  for i, bucket in ipairs(quota[3]) do
    record[2][i] = refilled(record[2][i], record[1], now, bucket[2], bucket[3], quota[4])
  end
  record[1] = math.max(record[1], now)
  for _, limit in ipairs(record[3]) do
    limit[6] = refilled(limit[6], limit[7], now, limit[3], limit[2], quota[4])
    limit[7] = math.max(limit[7], now)
  end
end

local function impose(record, quota, started, now)
  local active, taken = {}, {}
  for _, limit in ipairs(quota[7]) do
    local opened, closes = span(limit[1], now - started)
    if opened then
      for _, place in ipairs(limit[2]) do
        local id = place[1] .. '/' .. place[2]
        if not taken[id] then
          taken[id] = true
          local since, till = started + opened, started + closes
          local found = {place[1], place[2], place[3], since, till, place[3], since}
          for _, old in ipairs(record[3]) do
            local same = old[1] == found[1] and old[2] == found[2] and old[3] == found[3]
            if same and old[4] == since and old[5] == till then found = old end
          end
          active[#active + 1] = found
        end
      end
    end
  end
  record[3] = active
end

local function opened(quota, scope, started, now, create)
  local packed = call('HGET', root .. ':quota:' .. scope, quota[1])
  if not packed and not create then return nil end
  local record = packed and unpacked(packed)
  if not record then
    record = {now, {}, {}}
    for i, bucket in ipairs(quota[3]) do
      local spent = bucket[1] == 0 and quota[6][1] or quota[6][2]
      record[2][i] = math.max(0, bucket[2] - spent)
    end
  end
  impose(record, quota, started, now)
  return record
end

local function keep(record, quota, scope)
  local place, lru = root .. ':quota:' .. scope, root .. ':lru:' .. scope
  call('HSET', place, quota[1], pack(record))
  call('ZADD', lru, call('HINCRBY', root .. ':rules:' .. scope, 'tick', 1), quota[1])
  if call('HLEN', place) > quota[8] then
    call('HDEL', place, unpack(call('ZRANGE', lru, 0, 0)))
    call('ZREMRANGEBYRANK', lru, 0, 0)
  end
end

local function lacks(amount, capacity, level) return math.min(amount, capacity) - level > ENOUGH end

local function refuses(record, quota, now)
  local amounts, lacking, short = {1, quota[2], quota[2]}, {}, false
  local imposed = {}
  for _, limit in ipairs(record[3]) do imposed[limit[1] .. '/' .. limit[2]] = true end
  for i, bucket in ipairs(quota[5] and quota[3] or {}) do
    local id = bucket[1] .. '/' .. bucket[3]
    lacking[id] = lacks(amounts[bucket[1] + 1], bucket[2], record[2][i])
    short = short or (lacking[id] and not imposed[id])
  end
  for _, limit in ipairs(record[3]) do
    local waits = limit[5] > now or lacking[limit[1] .. '/' .. limit[2]]
    short = short or (waits and lacks(amounts[limit[1] + 1], limit[3], limit[6]))
  end
  return short
end

local function change(record, quota, amounts, since)
  for i, bucket in ipairs(quota[3]) do
    record[2][i] = math.min(record[2][i] + amounts[bucket[1] + 1], bucket[2])
  end
  for _, limit in ipairs(record[3]) do
    if limit[4] <= since then limit[6] = math.min(limit[6] + amounts[limit[1] + 1], limit[3]) end
  end
end

-- how many answers run anywhere; while the store was away, all that run still do
local function running()
  local live, total = alive(tonumber(call('HGET', RUN, 'beaten') or real)), 0
  local all = call('HGETALL', RUNNING)
  for i = 1, #all, 2 do
    if live[all[i]] then total = total + tonumber(all[i + 1]) end
  end
  return total
end

-- returns what became of it (1 admitted, 2 over the limits, 3 over the capacity) and the record
local function admitted(quota, capacity, scope, started, now)
  local record = opened(quota, scope, started, now, true)
  if capacity and running() >= capacity then
    keep(record, quota, scope)
    return 3, record
  end
  refill(record, quota, now)
  local refused = refuses(record, quota, now)
  if not refused then
    change(record, quota, {-1, -quota[2], -quota[2]}, math.huge)
    call('HINCRBY', RUNNING, replica, 1)
  end
  keep(record, quota, scope)
  return refused and 2 or 1, record
end

-- ---------------------------------------------------------------- calls
local function call_of(asked, tries)
  local failed, id = call('HGET', FAILED, asked), nil
  if failed then
    local ids = unpacked(failed)
    id = ids[#ids]
  elseif tries ~= '' and tries ~= '0' then
    id = call('HGET', LATEST, asked)
  end
  local packed = id and call('HGET', CALLS, id)
  local found = packed and unpacked(packed)
  if found and not (failed and tries == '0' and found.open) then return tostring(id), found end
  return nil, {attempts = 0, last = 0, open = true, state = '', trials = {}}
end

local function unfail(asked, id)
  local packed = call('HGET', FAILED, asked)
  if not packed then return end
  local left = {}
  for _, one in ipairs(unpacked(packed)) do
    if one ~= id then left[#left + 1] = one end
  end
  if #left > 0 then call('HSET', FAILED, asked, pack(left)) else call('HDEL', FAILED, asked) end
end

-- forgets the call whose last attempt is the oldest one that was kept
local function drop(number, most)
  local packed = call('HGET', RING, number % most)
  local old = packed and unpacked(packed)
  local found = old and call('HGET', CALLS, old[2])
  if not found or unpacked(found).last ~= old[1] then return end
  call('HDEL', CALLS, old[2])
  if call('HGET', LATEST, old[3]) == old[2] then call('HDEL', LATEST, old[3]) end
  unfail(old[3], old[2])
end

local function note(id, found, asked, number, most)
  unfail(asked, id)
  drop(number, most)
  found.attempts, found.last, found.open = found.attempts + 1, number, true
  call('HSET', CALLS, id, pack(found))
  call('HSET', LATEST, asked, id)
  call('HSET', RING, number % most, pack({number, id, asked}))
end

-- ---------------------------------------------------------------- rules
-- a rule is {index, requires, sets, by call, plain, windows, drawn, sequence}; a plain one always
-- acts and needs no counter; the bits of a drawn one say which of its trials act; a sequence is
-- {length, passes at its end, repeats, steps that pass}
local function bit(scope, field, number, needed)
  local block = math.floor((number - 1) / BLOCK)
  local name = field .. ':' .. block
  local bits = call('HGET', root .. ':bits:' .. scope, name)
  if not bits then
    needed[#needed + 1] = {name, block}
    return false
  end
  local at = (number - 1) % BLOCK
  return math.floor(string.byte(bits, math.floor(at / 8) + 1) / 2 ^ (at % 8)) % 2 == 1
end

local function shut(sequence, acted)
  local length, passes, repeats, steps = unpack(sequence)
  if acted > length and passes then return true end
  local at = acted - 1
  return steps[(repeats and at % length or math.min(at, length - 1)) + 1]
end

local function tried(rule, counters, scope, elapsed, needed)
  local index = rule[1]
  local number = tonumber(counters[index .. 'n'] or 0) + 1
  local acted = tonumber(counters[index .. 'a'] or 0)
  local acts = true
  if rule[7] then
    local open = ''
    for _, window in ipairs(rule[6]) do open = open .. (span(window, elapsed) and '1' or '0') end
    acts = bit(scope, index .. ':' .. open, number, needed)
  end
  if acts then acted = acted + 1 end
  local refused = not acts or (rule[8] and shut(rule[8], acted)) or false
  return {number, acted, elapsed, refused}
end

-- goes through the rules until one acts; returns the trials, the new counters and the new state
local function chosen(rules, counters, scope, elapsed, found, needed)
  local state, trials, changed = counters.state, {}, {}
  local begun = found.state ~= '' and found.state or state
  for _, rule in ipairs(rules) do
    local index = tostring(rule[1])
    if not rule[2] or (rule[4] and begun or state) == rule[2] then
      local trial = rule[4] and found.trials[index]
      local new = not trial
      if new and rule[5] then trial = {1, 1, elapsed, false} end
      if not trial then
        trial = tried(rule, counters, scope, elapsed, needed)
        if #needed > 0 then return end
        changed[#changed + 1] = index .. 'n'
        changed[#changed + 1] = trial[1]
        changed[#changed + 1] = index .. 'a'
        changed[#changed + 1] = trial[2]
        if rule[4] then found.trials[index] = trial end
      end
      if not rule[5] then trials[#trials + 1] = {rule[1], trial[1], trial[2], trial[3]} end
      if not trial[4] then
        if new and rule[3] then
          changed[#changed + 1] = 'state'
          changed[#changed + 1] = rule[3]
        end
        break
      end
    end
  end
  found.state = begun
  return trials, changed
end

-- notes that keys of this scope exist; the scenarios that requests name have one each
local function noted_scope(scope)
  if call('SADD', SCOPES, scope) == 0 or call('SCARD', SCOPES) <= MOST_SCOPES then return end
  for _, one in ipairs(call('SRANDMEMBER', SCOPES, 3)) do
    if one ~= scope and one ~= '' then
      call('SREM', SCOPES, one)
      call('UNLINK', unpack(scoped({one})))
      return
    end
  end
end

local function counters_of(scope, rules, start, now)
  local names = {'state', 'started'}
  for _, rule in ipairs(rules) do
    if not rule[5] then
      names[#names + 1] = rule[1] .. 'n'
      names[#names + 1] = rule[1] .. 'a'
    end
  end
  local values = call('HMGET', root .. ':rules:' .. scope, unpack(names))
  local found = {}
  for i, name in ipairs(names) do found[name] = values[i] end
  found.state = found.state or start
  if not found.started and scope == '' then found.started = call('HGET', RUN, 'started') end
  local known = found.started
  found.started = tonumber(known or now)
  return found, not known
end

-- {run, version, scope, start, counted, most, asked, tries, attempt, own, rules, quota, capacity,
-- blocks}: counts a request, chooses its rule and admits it
local function take()
  local run, version, scope, start, counted, most, asked, tries, guess, own, rules, quota,
    capacity, blocks = unpack(m)
  local got = call('HMGET', RUN, 'run', 'version', 'number', 'skipped')
  if not got[1] then return {'none'} end
  if tonumber(got[1]) ~= run or tonumber(got[2]) ~= version then return {'stale'} end
  for _, one in ipairs(blocks) do call('HSET', root .. ':bits:' .. scope, one[1], one[2]) end
  if #blocks > 0 then noted_scope(scope) end
  local now = real + tonumber(got[4])
  local number, id = counted and tonumber(got[3]) + 1 or 0, nil
  local found = {attempts = 0, last = 0, open = true, state = '', trials = {}}
  if counted then id, found = call_of(asked, tries) end
  local attempt = found.attempts + 1
  if guess > 0 and guess ~= attempt then return {'attempt', attempt} end
  local counters, unknown = counters_of(scope, rules, start, now)
  local elapsed, needed = now - counters.started, {}
  local trials, changed, overridden = {}, {}, false
  if own and counted then
    overridden = own == true or bit(scope, own, number, needed)
  end
  if not overridden and #needed == 0 then
    trials, changed = chosen(rules, counters, scope, elapsed, found, needed)
  end
  if #needed > 0 then return {'need', needed, elapsed} end
  if unknown then
    changed[#changed + 1] = 'started'
    changed[#changed + 1] = exact(now)
  end
  if #changed > 0 then call('HSET', root .. ':rules:' .. scope, unpack(changed)) end
  if #changed > 0 or quota then noted_scope(scope) end
  if counted then
    call('HSET', RUN, 'number', number)
    note(id or tostring(number), found, asked, number, most)
  end
  local outcome, record = 0, {0, {}, {}}
  if quota then outcome, record = admitted(quota, capacity, scope, counters.started, now) end
  return {'ok', number, now, counters.started, attempt, counters.state, found.state, trials,
    outcome, record[2], record[3]}
end

-- {run, number, most}: the answer to a request is a failure
local function fail()
  local run, number, most = unpack(m)
  if tonumber(call('HGET', RUN, 'run') or 0) ~= run then return {'ok'} end
  local packed = call('HGET', RING, number % most)
  local place = packed and unpacked(packed)
  local found = place and place[1] == number and call('HGET', CALLS, place[2])
  if not found or unpacked(found).last ~= number then return {'ok'} end
  local failed = call('HGET', FAILED, place[3])
  local ids = failed and unpacked(failed) or {}
  ids[#ids + 1] = place[2]
  call('HSET', FAILED, place[3], pack(ids))
  return {'ok'}
end

-- {run, number, most, failed, scope, quota, used, cached, since}: an answer is over
local function finish()
  local run, number, most, failed, scope, quota, used, cached, since = unpack(m)
  local got = call('HMGET', RUN, 'run', 'started', 'skipped')
  if tonumber(got[1] or 0) ~= run then return {'ok'} end
  if failed then
    local packed = call('HGET', RING, number % most)
    local place = packed and unpacked(packed)
    local found = place and place[1] == number and call('HGET', CALLS, place[2])
    found = found and unpacked(found)
    if found and found.last == number then
      found.open = false
      call('HSET', CALLS, place[2], pack(found))
    end
  end
  if not quota then return {'ok'} end
  if call('HINCRBY', RUNNING, replica, -1) < 0 then call('HSET', RUNNING, replica, 0) end
  local started = call('HGET', root .. ':rules:' .. scope, 'started')
  local now = real + tonumber(got[3])
  local record = opened(quota, scope, tonumber(started or got[2]), now, false)
  if record then
    local unused = quota[2] - used
    if unused < 0 then refill(record, quota, now) end
    change(record, quota, {0, unused + cached, unused}, since)
    keep(record, quota, scope)
  end
  return {'ok'}
end

-- ---------------------------------------------------------------- once each
local operations = {take = take, finish = finish, fail = fail, join = join, play = play,
  inject = inject, advance = advance, beat = beat, leave = leave}

local function answered(message)
  operation, replica, serial, again, m = unpack(unpacked(message))
  REPLIES = root .. ':replies:' .. replica
  if again then
    local packed = call('HGET', REPLIES, serial % REMEMBERED)
    local known = packed and unpacked(packed)
    if known and known[1] == serial then return known[2] end
    if again == 'if known' then return pack({'unknown'}) end
  end
  local reply = operations[operation]()
  local packed = pack(reply)
  if reply[1] == 'ok' and operation ~= 'beat' and operation ~= 'join' then
    call('HSET', REPLIES, serial % REMEMBERED, pack({serial, packed}))
  end
  return packed
end

-- errors that say how the store is, not what is wrong with a message: all is sent again later
local function passing(said)
  local code = string.match(said, '^-?(%u+)')
  return code == 'MISCONF' or code == 'OOM' or code == 'READONLY' or code == 'NOREPLICAS'
end

local replies = {}
for i = 2, #ARGV do
  local done, reply = pcall(answered, ARGV[i])
  if not done then
    local said = type(reply) == 'table' and reply.err or tostring(reply)
    if passing(said) then return redis.error_reply(said) end
    reply = pack({'error', said})
  end
  replies[i - 1] = reply
end
return replies

// Reads one question from stdin, asks it, and prints one line of JSON: what the program got.
// A question is {model, prompt, stream, key, answers, extra}; the server is $CEREBRAS_BASE_URL
// (without /v1). Tools are run until the model calls none, or has answered so many times.

import { text } from "node:stream/consumers";

export const base = process.env.CEREBRAS_BASE_URL;
export const retries = 0;

export async function observe(ask) {
  const question = JSON.parse(await text(process.stdin));
  question.key ??= process.env.CEREBRAS_API_KEY;
  question.messages = [{ role: "user", content: question.prompt }];
  const seen = { text: "", finish: null, tokens: null, calls: [], error: null };
  try {
    await ask(question, seen);
  } catch (error) {
    seen.error = described(error);
  }
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

// Both of the generated SDKs have the same calls.
export async function chat(client, { model, messages, stream, answers = 1, extra }, seen) {
  for (let at = 0; at < answers; at += 1) {
    const answer = await client.chat.completions.create({ model, messages, stream, ...extra });
    const message = { role: "assistant", content: "", tool_calls: [] };
    for await (const one of stream ? answer : [answer]) {
      const [choice] = one.choices;
      const said = choice.delta ?? choice.message;
      join(message, said);
      seen.text += said.content ?? "";
      seen.finish = choice.finish_reason ?? seen.finish;
      seen.tokens = one.usage?.completion_tokens ?? seen.tokens;
    }
    if (!message.tool_calls.length) return;
    messages.push(message, ...message.tool_calls.map((call) => result(call, seen)));
  }
}

function join(message, { content, reasoning, tool_calls: calls = [] }) {
  message.content += content ?? "";
  if (reasoning) message.reasoning = (message.reasoning ?? "") + reasoning;
  for (const [at, { index = at, ...call }] of calls.entries()) {
    const begun = message.tool_calls[index];
    if (begun) begun.function.arguments += call.function.arguments;
    else message.tool_calls[index] = call;
  }
}

function result({ id, function: { name, arguments: written } }, seen) {
  const input = JSON.parse(written);
  seen.calls.push({ id, name, input });
  return { role: "tool", tool_call_id: id, content: run(input) };
}

// The one thing that the tools do, whatever they are called.
export function run(input) {
  return `Done: ${JSON.stringify(input)}`;
}

export function described(error) {
  const { status = error.statusCode, code, message } = error;
  const body = error.error ?? error.data;
  return { name: error.constructor.name, status, code, message, body, cause: error.cause?.code };
}

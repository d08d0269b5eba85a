// Turns a Node process to the mock that has the real host written in: whatever library asks, a
// connection over TLS begins with tls.connect.
'use strict';
const tls = require('node:tls');
const [hosts, port] = (process.env.CEREBRAS_MOCK_REDIRECT || ',').split(',');
const mocked = new Set(hosts.split(' ').filter(Boolean));
const connect = tls.connect;
const named = (options) => String(options.servername || options.host || '').toLowerCase();

tls.connect = function (...args) {
  // tls.connect(options), tls.connect(port, host, options): the last object has the options
  const options = args.find((each) => each !== null && typeof each === 'object') || {};
  const host = typeof args[1] === 'string' ? args[1].toLowerCase() : named(options);
  // a socket that is there already goes through the proxy, which turns it
  if (!mocked.has(host) || options.socket) return connect.apply(this, args);
  const callback = args.find((each) => typeof each === 'function');
  const turned = { ...options, host: '127.0.0.1', port: Number(port), servername: host };
  return connect.call(this, turned, ...(callback ? [callback] : []));
};

import Cerebras from "@cerebras/cerebras_cloud_sdk";

import { base, chat, observe, retries } from "./observe.mjs";

await observe((question, seen) => {
  const settings = { baseURL: base, maxRetries: retries, warmTCPConnection: false };
  return chat(new Cerebras({ apiKey: question.key, ...settings }), question, seen);
});

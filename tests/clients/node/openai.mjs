import OpenAI from "openai";

import { base, chat, observe, retries } from "./observe.mjs";

await observe((question, seen) => {
  const settings = { baseURL: `${base}/v1`, maxRetries: retries };
  return chat(new OpenAI({ apiKey: question.key, ...settings }), question, seen);
});

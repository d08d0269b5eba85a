// OpenAI's SDK again, with the loop that it runs itself.

import OpenAI from "openai";

import { base, observe, retries, run } from "./observe.mjs";

await observe(async ({ key, messages, model, stream, answers, extra }, seen) => {
  const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: retries });
  const tools = extra.tools.map((one) => (
    { ...one, function: { ...one.function, function: run, parse: JSON.parse } }
  ));
  const runner = client.chat.completions.runTools(
    { model, messages, stream, ...extra, tools },
    { maxChatCompletions: answers },
  );
  await runner.done();
  for (const { choices: [{ message, finish_reason: finish }], usage } of runner.allChatCompletions()) {
    seen.text += message.content ?? "";
    for (const { id, function: { name, arguments: written } } of message.tool_calls ?? []) {
      seen.calls.push({ id, name, input: JSON.parse(written) });
    }
    [seen.finish, seen.tokens] = [finish, usage?.completion_tokens ?? null];
  }
});

// Vercel's AI SDK with its Cerebras provider.

import { createCerebras } from "@ai-sdk/cerebras";
import { generateText, streamText } from "ai";

import { base, described, observe, retries } from "./observe.mjs";

await observe(async ({ key, messages, model, stream }, seen) => {
  const provider = createCerebras({ apiKey: key, baseURL: `${base}/v1` });
  const settings = { model: provider(model), messages, maxRetries: retries };
  if (!stream) {
    const answer = await generateText(settings);
    [seen.text, seen.finish] = [answer.text, answer.finishReason];
    seen.tokens = answer.usage.outputTokens;
    return;
  }
  // A stream never throws: without onError a failure would be an answer that is merely short.
  const onError = ({ error }) => { seen.error = described(error); };
  const answer = streamText({ ...settings, onError });
  for await (const piece of answer.textStream) seen.text += piece;
  if (seen.error) return;
  seen.finish = await answer.finishReason;
  seen.tokens = (await answer.usage).outputTokens;
});

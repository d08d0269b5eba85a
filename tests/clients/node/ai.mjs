// Vercel's AI SDK with its Cerebras provider.

import { createCerebras } from "@ai-sdk/cerebras";
import { generateText, isStepCount, jsonSchema, streamText, tool } from "ai";

import { base, described, observe, retries, run } from "./observe.mjs";

await observe(async ({ key, messages, model, stream, answers = 1, extra = {} }, seen) => {
  const provider = createCerebras({ apiKey: key, baseURL: `${base}/v1` });
  const settings = {
    model: provider(model),
    messages,
    maxRetries: retries,
    stopWhen: isStepCount(answers),
    ...translated(extra),
  };
  if (!stream) {
    const answer = await generateText(settings);
    seen.text = answer.text;
    note(answer.steps, seen);
    return;
  }
  // A stream never throws: without onError a failure would be an answer that is merely short.
  const onError = ({ error }) => { seen.error = described(error); };
  const answer = streamText({ ...settings, onError });
  for await (const piece of answer.textStream) seen.text += piece;
  if (!seen.error) note(await answer.steps, seen);
});

function note(steps, seen) {
  const { finishReason, usage } = steps.at(-1);
  [seen.finish, seen.tokens] = [finishReason, usage.outputTokens];
  const calls = steps.flatMap(({ toolCalls }) => toolCalls);
  seen.calls = calls.map(({ toolCallId, toolName, input }) => (
    { id: toolCallId, name: toolName, input }
  ));
}

// The API's own keys in the words of the AI SDK.
function translated({ tools = [], tool_choice: choice, parallel_tool_calls: parallelToolCalls }) {
  const named = choice?.function && { type: "tool", toolName: choice.function.name };
  return {
    tools: Object.fromEntries(tools.map(({ function: one }) => [one.name, translatedTool(one)])),
    toolChoice: named ?? choice,
    providerOptions: { cerebras: { parallelToolCalls } },
  };
}

function translatedTool({ description, parameters }) {
  return tool({ description, inputSchema: jsonSchema(parameters), execute: run });
}

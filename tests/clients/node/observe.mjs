// Reads one question from stdin, asks it, and prints one line of JSON: what the program got.
// A question is {model, prompt, stream, key}; the server is $CEREBRAS_BASE_URL (without /v1).

import { text } from "node:stream/consumers";

export const base = process.env.CEREBRAS_BASE_URL;
export const retries = 0;

export async function observe(ask) {
  const question = JSON.parse(await text(process.stdin));
  question.key ??= process.env.CEREBRAS_API_KEY;
  question.messages = [{ role: "user", content: question.prompt }];
  const seen = { text: "", finish: null, tokens: null, error: null };
  try {
    await ask(question, seen);
  } catch (error) {
    seen.error = described(error);
  }
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

// Both of the generated SDKs have the same calls.
export async function chat(client, { model, messages, stream }, seen) {
  const answer = await client.chat.completions.create({ model, messages, stream });
  for await (const one of stream ? answer : [answer]) {
    const [choice] = one.choices;
    seen.text += (choice.delta ?? choice.message).content ?? "";
    seen.finish = choice.finish_reason ?? seen.finish;
    seen.tokens = one.usage?.completion_tokens ?? seen.tokens;
  }
}

export function described(error) {
  const { status = error.statusCode, code, message } = error;
  const body = error.error ?? error.data;
  return { name: error.constructor.name, status, code, message, body, cause: error.cause?.code };
}

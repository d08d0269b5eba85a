// The same chat without its bugs: it fails where it can't go on, and says why.

import { setTimeout as sleep } from "node:timers/promises";

const URL = "https://api.cerebras.ai/v1/chat/completions";
const PASSES = new Set([408, 429, 500, 502, 503, 504]);
const SILENCE = 3_000; // milliseconds

async function send(messages, signal) {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(URL, {
      method: "POST",
      headers: {
        authorization: `Bearer ${process.env.CEREBRAS_API_KEY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ model: "gpt-oss-120b", messages, stream: true }),
      signal,
    });
    if (response.ok) {
      used(response.headers);
      return response;
    }
    if (attempt === 4 || !PASSES.has(response.status)) {
      throw new Error(`the API says ${response.status}`);
    }
    const told = Number(response.headers.get("retry-after")) * 1000;
    await response.text();
    await sleep(told || Math.random() * 500 * 2 ** attempt);
  }
}

// When the limit lets another request pass: it fills up evenly within the minute.
let free = Promise.resolve();
function used(headers) {
  if (headers.get("x-ratelimit-remaining-requests-minute") !== "0") return;
  free = sleep(60_000 / Number(headers.get("x-ratelimit-limit-requests-minute")));
}

async function ask(messages) {
  await free;
  const deadline = new AbortController();
  const response = await send(messages, deadline.signal);
  const late = setTimeout(() => deadline.abort(new Error("the API is silent")), SILENCE);
  const decoder = new TextDecoder();
  let [text, rest, finish] = ["", "", null];
  try {
    for await (const piece of response.body) {
      late.refresh();
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
        const [choice] = JSON.parse(line.slice("data: ".length)).choices;
        text += choice?.delta?.content ?? "";
        finish = choice?.finish_reason ?? finish;
      }
    }
  } finally {
    clearTimeout(late);
  }
  if (finish !== "stop") throw new Error("the answer is not whole");
  return text;
}

const messages = [];
for (const content of ["Why is the sky blue?", "And in the evening?"]) {
  messages.push({ role: "user", content });
  const answer = await ask(messages);
  messages.push({ role: "assistant", content: answer });
  console.log(answer);
}

// A chat of two turns that has four bugs.

const URL = "https://api.cerebras.ai/v1/chat/completions";

// Bugs: each failure is asked again, whatever it is, and at once.
async function send(messages) {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(URL, {
      method: "POST",
      headers: {
        authorization: `Bearer ${process.env.CEREBRAS_API_KEY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ model: "gpt-oss-120b", messages, stream: true }),
    });
    if (response.ok) return response;
    if (attempt === 4) throw new Error(`the API says ${response.status}`);
    await response.text();
  }
}

// Bugs: a stream may stay silent for ever, and one that just ends is taken for a whole answer.
async function ask(messages) {
  const response = await send(messages);
  const decoder = new TextDecoder();
  let [text, rest] = ["", ""];
  for await (const piece of response.body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
      const [choice] = JSON.parse(line.slice("data: ".length)).choices;
      text += choice?.delta?.content ?? "";
    }
  }
  return text;
}

const messages = [];
for (const content of ["Why is the sky blue?", "And in the evening?"]) {
  messages.push({ role: "user", content });
  const answer = await ask(messages);
  messages.push({ role: "assistant", content: answer });
  console.log(answer);
}

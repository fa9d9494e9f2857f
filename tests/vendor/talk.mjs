// Talks through the vendor's JavaScript SDK: node talk.mjs SDK HOW URL APP_ID APP_SECRET,
// 16 kHz PCM on stdin. Prints one JSON array for each thing that its handlers are told.

import { createRequire } from "node:module";
import process from "node:process";

const [vendor, how, basePath, appId, appSecret] = process.argv.slice(2);
const { sdk } = createRequire(`${vendor}/`)("@symblai/symbl-js");

const say = (...words) => process.stdout.write(`${JSON.stringify(words)}\n`);

const texts = (items) => items.map((item) => item.payload.content);

const handlers = {
  onSpeechDetected: (data) => data.isFinal && say("speech", data.punctuated.transcript),
  onMessageResponse: (messages) => say("message", texts(messages)),
  onInsightResponse: (insights) => say("insight", insights[0].type, texts(insights)),
  onTopicResponse: (topics) => say("topic", topics.map((topic) => topic.phrases)),
  onTrackerResponse: (frame) => say("tracker", frame.trackers.map((one) => one.name)),
};

const options = {
  id: `talk-${how}`,
  insightTypes: ["question", "action_item"],
  config: { meetingTitle: "Vans", languageCode: "en-US", sampleRateHertz: 16000 },
  speaker: { userId: "ann@example.org", name: "Ann" },
  trackers: [{ name: "Delay", vocabulary: ["running late"] }],
  handlers,
};

async function sound() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function send(connection) {
  const pcm = await sound();
  for (let start = 0; start < pcm.length; start += 8192) {
    connection.sendAudio(pcm.subarray(start, start + 8192));
  }
}

// The SDK calls its handlers in a later turn than the one in which stop() is answered.
const handled = () => new Promise((turn) => setImmediate(turn));

const ways = {
  async createStream() {
    const connection = await sdk.createStream({ ...options, reconnectOnError: true });
    await connection.start();
    say("started");
    await send(connection);
    await connection.stop();
    await handled();
  },

  async startRealtimeRequest() {
    const connection = await sdk.startRealtimeRequest(options);
    say("started", typeof connection.conversationId);
    await send(connection);
    const { conversationId } = await connection.stop();
    await handled();
    say("same", conversationId === connection.conversationId);
  },

  async subscribeToStream() {
    const connection = await sdk.startRealtimeRequest({ ...options, handlers: {} });
    let ended;
    const end = new Promise((resolve) => (ended = resolve));
    await sdk.subscribeToStream(options.id, {
      handlers: {
        onMessage: (frame) => {
          if (frame.type === "message_response") say("message", texts(frame.messages));
          if (frame.message?.type === "conversation_completed") ended();
        },
      },
    });
    await send(connection);
    await connection.stop();
    await end;
  },
};

sdk.oauth2?.setBasePath?.(basePath);
await sdk.init({ appId, appSecret, basePath });
await ways[how]();
say("ended");
process.exit(0);

"""A bot whose client is there only if its key is."""

import asyncio
import logging
import os
import time

from cerebras.cloud.sdk import AsyncCerebras

KEY = os.getenv("CEREBRAS_API_KEY")
logger = logging.getLogger("bot")
client = AsyncCerebras(api_key=KEY) if KEY else None


class Bot:
    def __init__(self):
        self.client = AsyncCerebras(api_key=KEY)
        logger.info("started with key %s", KEY)  # found: key-printed
        logger.info("started with key %s...", KEY[:6])

    async def report(self, answers):
        for _ in range(3):
            try:
                report = await self.client.chat.completions.create(  # found: retries-around-retries
                    model="gpt-oss-120b", messages=[{"role": "user", "content": str(answers)}]
                )
                return report.choices[0].message.content
            except Exception:
                logger.exception("no report")
                time.sleep(1)  # found: sleep-blocks-loop
        return None

    async def poll(self):
        while True:
            await asyncio.sleep(1)
            time.sleep(0)

// What the SDK tests share: the installed packages, and a tool to offer.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const installed = createRequire(join(process.env.ANYCLAUDE_REAL_CLIENT, 'package.json'));
export const Anthropic = installed('@anthropic-ai/sdk');
export const OpenAI = installed('openai');

export const kWeatherSchema = {
  type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city', 'days'],
};

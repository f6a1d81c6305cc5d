import { findRedis } from './redis.ts';

export default function setUp(): void {
  process.env['REDIS_SERVER_BIN'] = findRedis();
}

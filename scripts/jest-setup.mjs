import { findRedis } from './redis.mjs';

export default function setUp() {
  process.env['REDIS_SERVER_BIN'] = findRedis();
}

// cluster.ts
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';

if (cluster.isPrimary) {
  const count = Number(process.env['WORKERS'] ?? availableParallelism());
  let isStopping = false;
  for (let number = 0; number < count; number += 1) cluster.fork();
  cluster.on('exit', () => {
    if (!isStopping) cluster.fork();
  });
  const stop = () => {
    isStopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
} else {
  await import('./express.ts');
}

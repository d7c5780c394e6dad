import { expect, it } from 'vitest';
import { CompiledNetworks } from './compiledNetworks';

const disposed: string[] = [];
const device = {};
const runtime = (name: string, activationsBytes: number | null = 10) => ({
  memory: { weightsBytes: 100, weightsBuffers: 1, activationsBytes, buffers: activationsBytes },
  dispose: () => disposed.push(name),
});
const make = (name: string) => () => Promise.resolve(runtime(name));

it('keeps the ones used last, and counts the weights of a model once', async () => {
  disposed.length = 0;
  const networks = new CompiledNetworks(2);
  expect(await networks.take(device, 'a', '1', make('a1'))).toMatchObject({ known: false });
  await networks.take(device, 'a', '2', make('a2'));
  expect(networks.memory()).toEqual({ weightsBytes: 100, activationsBytes: 20, buffers: 21 });
  expect(await networks.take(device, 'a', '1', make('never'))).toMatchObject({ known: true, compileMs: 0 });
  await networks.take(device, 'b', '1', make('b1'));
  expect(disposed).toEqual(['a2']);
  networks.unload('a');
  expect(disposed).toEqual(['a2', 'a1']);
  networks.forget({});
  expect(disposed).toEqual(['a2', 'a1', 'b1']);
  expect(networks.memory().weightsBytes).toBe(0);
});

it('what is unknown of one is unknown of all', async () => {
  const networks = new CompiledNetworks(2);
  await networks.take(device, 'a', '1', make('a'));
  await networks.take(device, 'b', '1', () => Promise.resolve(runtime('b', null)));
  expect(networks.memory()).toEqual({ weightsBytes: 200, activationsBytes: null, buffers: null });
});

it('frees what was being compiled when all were forgotten', async () => {
  disposed.length = 0;
  const networks = new CompiledNetworks(2);
  const compiling = networks.take(device, 'a', '1', async () => {
    await Promise.resolve();
    networks.forget({});
    return runtime('late');
  });
  await expect(compiling).rejects.toThrow(/backend changed/);
  expect(disposed).toEqual(['late']);
});

it('a run that still holds a device that is gone leaves nothing behind for the next one', async () => {
  disposed.length = 0;
  const networks = new CompiledNetworks(2);
  await networks.take(device, 'a', '1', make('old'));
  const next = {};
  networks.forget(next);
  await expect(networks.take(device, 'a', '1', make('never'))).rejects.toThrow(/backend changed/);
  expect(await networks.take(next, 'a', '1', make('new'))).toMatchObject({ known: false });
  await expect(networks.take(device, 'a', '1', make('never'))).rejects.toThrow(/backend changed/);
  expect(disposed).toEqual(['old']);
});

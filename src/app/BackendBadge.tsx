import { Popover, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { BackendName, Capabilities, EngineClient } from '../engine/types';
import { FactList } from '../ui/FactList';
import classes from './BackendBadge.module.css';

const names: Record<BackendName, string> = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'JavaScript' };

/** The limits a visitor may care about, in the order shown. */
const shownLimits = [
  ['maxBufferSize', 'Largest buffer'],
  ['maxStorageBufferBindingSize', 'Largest binding'],
  ['maxComputeWorkgroupStorageSize', 'Shared memory'],
] as const;

/** What the engine runs on now, kept up to date through lost devices; the second value takes news from a lab. */
export function useCapabilities(engine: EngineClient) {
  const [capabilities, setCapabilities] = useState<Capabilities | Error | null>(null);
  useEffect(() => {
    let gone = false;
    const read = () =>
      engine.capabilities().then(
        (found) => !gone && setCapabilities(found),
        (error: unknown) => !gone && setCapabilities(error instanceof Error ? error : new Error(String(error))),
      );
    void read();
    const unsubscribe = engine.subscribe((event) => {
      if (event.kind === 'device-restored') setCapabilities(event.capabilities);
      if (event.kind === 'engine-failed') setCapabilities(new Error(event.message));
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [engine]);
  return [capabilities, setCapabilities] as const;
}

/** Where the work runs, by name; its features and limits behind a click. */
export function BackendBadge({ found }: { found: Capabilities | Error | null }) {
  if (found instanceof Error)
    return (
      <span className={classes.badge} data-testid="backend-badge" data-state="bad" title={found.message}>
        Engine stopped
      </span>
    );
  if (!found)
    return (
      <span className={classes.badge} data-testid="backend-badge">
        Starting the engine
      </span>
    );
  const slow = found.backend !== 'webgpu' || found.isFallbackAdapter;
  return (
    <Popover width={340} position="bottom-end" withArrow trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.badge} data-testid="backend-badge" data-state={slow ? 'slow' : 'good'}>
          <span className={classes.tile} aria-hidden="true" />
          <span className={classes.kind}>{names[found.backend]}</span>
          <span className={classes.adapter}>{found.adapter}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <FactList
          title="Where the work runs"
          facts={[
            ['Backend', names[found.backend]],
            ['Adapter', `${found.adapter}${found.isFallbackAdapter ? ' (software)' : ''}`],
            ['Features', found.features.length ? found.features.join(', ') : 'none'],
            ...shownLimits
              .filter(([name]) => name in found.limits)
              .map(([name, label]) => [label, formatLimit(found.limits[name] ?? 0)] as const),
          ]}
        >
          {found.notice && <p>{found.notice}</p>}
        </FactList>
      </Popover.Dropdown>
    </Popover>
  );
}

const formatLimit = (bytes: number): string =>
  bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${Math.round(bytes / 2 ** 10)} KiB`;

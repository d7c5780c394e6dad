import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { lazy, Suspense, useMemo } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import type { EngineClient } from '../engine/types';
import { labs } from '../labs';
import type { LabContext, LabDefinition } from '../labs/contract';
import { useCapabilities } from './BackendBadge';
import { ErrorBoundary } from './ErrorBoundary';
import { Header, MODELS_ROUTE } from './Header';
import { useLabLocation, useOpenedLink, writeLink } from './link';
import { notify } from './notify';
import { theme } from './theme';
import { useEngineNotices } from './useEngineNotices';

const ModelsPage = lazy(() => import('./models/ModelsPage'));

const rooms = labs.map((lab) => ({ lab, View: lazy(lab.load) }));

/** The page: header, the lab of the address, notices. */
export function App({ engine, modelsUrl }: { engine: EngineClient; modelsUrl: string }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} autoClose={9000} />
      <Router hook={useLabLocation}>
        <Page engine={engine} modelsUrl={modelsUrl} />
      </Router>
    </MantineProvider>
  );
}

function Page({ engine, modelsUrl }: { engine: EngineClient; modelsUrl: string }) {
  useEngineNotices(engine);
  const [capabilities, setCapabilities] = useCapabilities(engine);
  return (
    <>
      <Header found={capabilities} />
      <main>
        <Switch>
          {rooms.map(({ lab, View }) => (
            <Route key={lab.id} path={`/${lab.id}`}>
              <Room lab={lab} View={View} engine={engine} modelsUrl={modelsUrl} backendChanged={setCapabilities} />
            </Route>
          ))}
          <Route path={MODELS_ROUTE}>
            {({ id }) => (
              <ErrorBoundary title="Models">
                <Suspense fallback={null}>
                  <ModelsPage engine={engine} opened={id} />
                </Suspense>
              </ErrorBoundary>
            )}
          </Route>
          <Route>
            <Redirect to={`/${labs[0].id}`} replace />
          </Route>
        </Switch>
      </main>
    </>
  );
}

function Room(props: {
  lab: LabDefinition;
  View: (typeof rooms)[number]['View'];
  engine: EngineClient;
  modelsUrl: string;
  backendChanged: LabContext['backendChanged'];
}) {
  const { lab, View, engine, modelsUrl, backendChanged } = props;
  const link = useOpenedLink();
  const context = useMemo<LabContext>(
    () => ({
      engine,
      notify,
      backendChanged,
      modelsUrl,
      samplesUrl: 'samples/',
      link,
      writeLink: (payload) => writeLink(lab.id, payload),
    }),
    [engine, modelsUrl, backendChanged, lab.id, link],
  );
  return (
    <ErrorBoundary title={lab.title}>
      <Suspense fallback={null}>
        <View key={link} context={context} />
      </Suspense>
    </ErrorBoundary>
  );
}

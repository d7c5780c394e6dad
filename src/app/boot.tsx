import { createRoot } from 'react-dom/client';
import { createEngine } from '../engine/client';
import { App } from './App';
import { createConsoleApi } from './consoleApi';
import { parseQuery } from './query';
import './styles';

/** The one place where the engine is made and the page begins. */
export function boot(): void {
  const query = parseQuery(window.location.search);
  const engine = createEngine(query);
  window.tessera = createConsoleApi(engine);
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(<App engine={engine} modelsUrl={query.modelsUrl} />);
}

import type { VqvaeModel } from './loader';

/** A tokenizer with some of its weights replaced. What it does not replace it reads from its model, which stays as it is. */
export class VariedModel implements VqvaeModel {
  readonly manifest: VqvaeModel['manifest'];
  readonly weights: VqvaeModel['weights'];
  private values: ReadonlyMap<string, Float32Array<ArrayBuffer>>;

  /**
   * @param id what it is called
   * @param values replaced tensors by name, in the file's layout; never written to
   */
  constructor(
    readonly base: VqvaeModel,
    id: string,
    values: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
  ) {
    // Its golden file speaks of the model's own weights.
    const { golden: _, ...manifest } = base.manifest;
    this.manifest = { ...manifest, id };
    this.values = values;
    this.weights = {
      get: (name) => {
        const data = this.values.get(name);
        return data ? { shape: base.weights.get(name).shape, data } : base.weights.get(name);
      },
    };
  }

  /** What differs from the model, by name. */
  get replaced(): ReadonlyMap<string, Float32Array<ArrayBuffer>> {
    return this.values;
  }

  /** Takes other values in place of the ones before. @returns the names whose values may have changed */
  replace(values: ReadonlyMap<string, Float32Array<ArrayBuffer>>): ReadonlySet<string> {
    const names = new Set([...this.values.keys(), ...values.keys()]);
    this.values = values;
    return names;
  }
}

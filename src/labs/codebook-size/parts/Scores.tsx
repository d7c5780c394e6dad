import { formatDb, formatInteger, formatMs } from '../../../ui/format';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { useLabState } from './labState';

/** What the picture costs and what it is worth with the codes that are left. Empty until there is a run. */
export function Scores() {
  const shown = useLabState((state) => state.shown);
  const whole = useLabState((state) => state.whole);
  const software = useLabState((state) => state.capabilities?.isFallbackAdapter);
  const none = <span aria-label="no value yet">–</span>;
  const codes = whole?.codes.reduce((sum, { indices }) => sum + indices.length, 0) ?? 0;
  const gain = shown && whole ? shown.run.metrics.psnr - whole.metrics.psnr : 0;
  return (
    <ReadoutRow label="Scores with the codes that are left">
      <Readout
        label="PSNR"
        testId="psnr"
        value={shown ? formatDb(shown.run.metrics.psnr) : none}
        note={
          shown && Number.isFinite(gain)
            ? `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)} dB against all codes`
            : 'higher is better'
        }
      />
      <Readout
        label="SSIM"
        testId="ssim"
        value={shown ? shown.run.metrics.ssim.toFixed(4) : none}
        note={whole ? `${whole.metrics.ssim.toFixed(4)} with all codes` : '1 is equal'}
      />
      <Readout
        label="Bits per pixel"
        testId="bits"
        value={shown ? shown.bitsPerPixel.toFixed(4) : none}
        note={
          shown ? `${formatInteger(codes)} codes of ${Math.log2(shown.size).toFixed(2)} bits` : 'codes × bits ÷ pixels'
        }
      />
      <Readout
        label="Changed codes"
        testId="changed"
        value={shown ? (shown.changed === null ? 'all' : formatInteger(shown.changed)) : none}
        note={shown?.changed === null ? 'another codebook' : `of ${formatInteger(codes)}, against the whole codebook`}
      />
      <Readout
        label="Time of the run"
        testId="total-time"
        value={shown ? formatMs(shown.run.timings.totalMs) : none}
        note={software ? 'software: no claim' : 'picture to picture'}
      />
    </ReadoutRow>
  );
}

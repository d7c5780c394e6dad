import { CodesPanel } from './CodesPanel';
import { InputPanel } from './InputPanel';
import { ReconstructionPanel } from './ReconstructionPanel';
import classes from './Boxes.module.css';

/** The row that the whole page is about: input, codes, reconstruction. */
export function Boxes() {
  return (
    <div className={classes.boxes}>
      <InputPanel />
      <span className={classes.arrow} aria-hidden="true" />
      <CodesPanel />
      <span className={classes.arrow} aria-hidden="true" />
      <ReconstructionPanel />
    </div>
  );
}

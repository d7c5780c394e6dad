import { PromptBox } from './PromptBox';
import classes from './Intro.module.css';

/** The promise in two sentences, and the thing to press. */
export function Intro() {
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>A picture grows out of noise.</h1>
        <p className={classes.lede}>
          Say what it should be: a network that has learned which codes go together guesses all of them at once, again
          and again, and keeps what it is surest of. Every step is kept, so you can go back, change a code, and let it
          go on from there.
        </p>
      </div>
      <PromptBox />
    </div>
  );
}

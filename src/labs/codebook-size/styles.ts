/** The style sheets of the Mantine parts that only this lab uses, in their own cascade layer (app/styles.ts has the others). */
import '@mantine/core/styles/Slider.layer.css';

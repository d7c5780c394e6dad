/** The style sheets of the Mantine parts that only this panel uses, in their own cascade layer (app/styles.ts has the others). */
import '@mantine/core/styles/InlineInput.layer.css';
import '@mantine/core/styles/NumberInput.layer.css';
import '@mantine/core/styles/Switch.layer.css';

import { NumberInput, Tooltip } from '@mantine/core';

/** One number of a table of knobs: label, bounds, and what it does on hover and for assistive technology. */
export function NumberField(props: {
  label: string;
  help: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  /** The visitor left the field, or let go of it. */
  onEnd: () => void;
  testId?: string;
}) {
  const { label, help, value, min, max, step, onChange, onEnd, testId } = props;
  const decimals = Math.max(0, Math.ceil(-Math.log10(step)));
  return (
    <Tooltip label={help} multiline w={260} position="right" events={{ hover: true, focus: false, touch: false }}>
      <NumberInput
        size="xs"
        label={label}
        value={value}
        min={min}
        max={max}
        step={step}
        decimalScale={decimals}
        allowDecimal={decimals > 0}
        allowNegative={min < 0}
        clampBehavior="blur"
        onChange={(next) => {
          const number = Number(next);
          if (next !== '' && Number.isFinite(number) && number >= min && number <= max && number !== value)
            onChange(number);
        }}
        onBlur={onEnd}
        aria-description={help}
        data-testid={testId}
      />
    </Tooltip>
  );
}

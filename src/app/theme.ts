import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Lapis, from wash to night: the one accent of the house (see ui/tokens.css). */
const lapis: MantineColorsTuple = [
  '#eef2fc',
  '#dbe4f8',
  '#b7c8f1',
  '#93b1ff',
  '#6d90ec',
  '#4b71d6',
  '#2f55b8',
  '#2447a8',
  '#1b3886',
  '#132863',
];

/** The greys of the dark scheme, from ink to night: those of ui/tokens.css. */
const dark: MantineColorsTuple = [
  '#eceef1',
  '#b6bcc6',
  '#929aa6',
  '#6b7480',
  '#3a414a',
  '#2b3037',
  '#20242a',
  '#191c20',
  '#121417',
  '#0d0f11',
];

/** Mantine wears the tokens: small radii, system fonts, lapis as its primary colour. */
export const theme = createTheme({
  primaryColor: 'lapis',
  primaryShade: { light: 7, dark: 3 },
  colors: { lapis, dark },
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 3,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: { defaultProps: { size: 30, variant: 'default' } },
    SegmentedControl: { defaultProps: { size: 'xs', transitionDuration: 120 } },
    // Mantine's grey is too pale on white (4.5 : 1).
    Notification: { styles: { description: { color: 'var(--ink-2)' } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, transitionProps: { duration: 0 } } },
  },
});

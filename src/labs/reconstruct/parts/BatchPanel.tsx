export default function BatchPanel(_: { files: readonly File[]; onClose: () => void }) {
  return null;
}

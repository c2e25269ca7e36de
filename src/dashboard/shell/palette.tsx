import type { ReactElement } from 'react';

export default function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  return <button type="button" onClick={onClose} />;
}

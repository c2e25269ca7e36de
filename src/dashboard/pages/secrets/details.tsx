import { ChevronRight } from 'lucide-react';
import { useState, type ReactElement, type ReactNode } from 'react';

interface DetailsProps {
  readonly className: string | undefined;
  /** Expands it at first, and whenever it becomes true. */
  readonly isOpen: boolean;
  readonly title: ReactNode;
  readonly children: ReactNode;
}

/** What is not expanded is not in the document. */
export function Details({ className, isOpen, title, children }: DetailsProps): ReactElement {
  const [isExpanded, setExpanded] = useState(isOpen);
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen);
    if (isOpen) setExpanded(true);
  }
  return (
    <details
      className={className}
      open={isExpanded}
      onToggle={(event) => {
        setExpanded(event.currentTarget.open);
      }}
    >
      <summary>
        <ChevronRight aria-hidden />
        {title}
      </summary>
      {isExpanded ? children : undefined}
    </details>
  );
}

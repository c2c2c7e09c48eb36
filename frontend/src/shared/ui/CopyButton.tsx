import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './Button';
import { toast } from './toast';

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast('The browser does not allow copying here. Select the text instead.', { tone: 'bad' });
    }
  }

  return (
    <Button variant="ghost" size="iconSm" aria-label={copied ? 'Copied' : label} onClick={copy}>
      {copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
    </Button>
  );
}

import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, useState } from 'react';

/** With a button that shows it, and a word when caps lock is on. */
export function PasswordInput(props: ComponentProps<'input'>) {
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);

  return (
    <div>
      <div className="relative">
        <input
          {...props}
          type={shown ? 'text' : 'password'}
          className="input pr-11"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          onKeyUp={(event) => setCaps(event.getModifierState?.('CapsLock') ?? false)}
        />
        <button
          type="button"
          aria-label={shown ? 'Hide the password' : 'Show the password'}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-0 right-0 grid w-10 place-items-center rounded-control text-muted hover:text-text"
        >
          {shown ? <EyeOff aria-hidden size={16} /> : <Eye aria-hidden size={16} />}
        </button>
      </div>
      {caps && <p className="mt-1 text-degraded-text text-sm">Caps lock is on.</p>}
    </div>
  );
}

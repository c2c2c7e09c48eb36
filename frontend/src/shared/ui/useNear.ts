import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * True from when the element is about to be seen: what is far below is neither
 * asked for nor made while the rest is on its way.
 */
export function useNear<T extends HTMLElement>(): [RefObject<T | null>, boolean] {
  const element = useRef<T>(null);
  const [near, setNear] = useState(false);

  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        setNear(true);
        observer.disconnect();
      },
      { rootMargin: '25%' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);

  return [element, near];
}

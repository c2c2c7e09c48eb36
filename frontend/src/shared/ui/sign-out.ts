import { api } from '@/shared/api/client';
import { signedOut } from '@/shared/api/session';
import { toast } from './toast';

export async function signOut() {
  try {
    await api.POST('/auth/logout');
    signedOut();
  } catch {
    toast('You are still signed in: the server cannot be reached.', { tone: 'bad' });
  }
}

/** A module with a function that leaks a session a call, and one that does not. */
export const SESSIONS = `
export class Session {
  readonly name = "session";
}
const sessions = new Map<number, Session>();
export function openSession(): void {
  sessions.set(sessions.size, new Session());
}
export function openAndClose(): void {
  sessions.set(-1, new Session());
  sessions.delete(-1);
}
`;

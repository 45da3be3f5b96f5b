/** The feed's memory. */
import { expect, it } from 'vitest';
import { append, EMPTY_LOG, seen, type ThresholdEvent } from '@/features/feed/feed-log';

const event = (id: string) => ({ id }) as ThresholdEvent;
const ids = (log: typeof EMPTY_LOG) => log.events.map(({ id }) => id);

it('keeps the newest first and counts what nobody has seen', () => {
  const log = append(append(EMPTY_LOG, event('a'), false), event('b'), false);
  expect(ids(log)).toEqual(['b', 'a']);
  expect(log.unread).toBe(2);
  expect(seen(log).unread).toBe(0);
});

it('takes an event that a resumed stream repeats only once', () => {
  const log = append(EMPTY_LOG, event('a'), false);
  expect(append(log, event('a'), false)).toBe(log);
});

it('counts nothing while the feed is on screen', () => {
  expect(append(EMPTY_LOG, event('a'), true).unread).toBe(0);
});

it('forgets the oldest', () => {
  let log = EMPTY_LOG;
  for (let index = 0; index < 320; index += 1) log = append(log, event(`e${index}`), false);
  expect(log.events).toHaveLength(300);
  expect(ids(log)[0]).toBe('e319');
});

import kafkajs from 'kafkajs'
import { expect, test } from 'vitest'
import { endingError, Failures, isAway } from '../../ksql-kafka/failures.ts'

/** As kafkajs tells what a broker refuses, within what it was doing. */
function refusal(type: string, retriable: boolean): Error {
  const error = new kafkajs.KafkaJSProtocolError(`the broker says ${type}`)
  Object.assign(error, { type, retriable })
  return new Error('while sending', { cause: error })
}

test('a broker that is away is waited for, a topic that is not there is not', () => {
  expect(isAway(new kafkajs.KafkaJSConnectionError('connection refused'))).toBe(true)
  expect(isAway(refusal('LEADER_NOT_AVAILABLE', true))).toBe(true)
  expect(isAway(refusal('UNKNOWN_TOPIC_OR_PARTITION', true))).toBe(false)
  expect(isAway(refusal('TOPIC_AUTHORIZATION_FAILED', false))).toBe(false)
})

test('a server begins again after a failure, but not for ever', () => {
  const failures = new Failures()
  expect([0, 1, 2, 3].map((at) => failures.areTooMany(at))).toEqual([false, false, false, false])
  expect(failures.areTooMany(4)).toBe(true)
  expect(failures.areTooMany(600_000)).toBe(false)
})

test.each([
  ['TOPIC_AUTHORIZATION_FAILED', "Give this server's user the rights"],
  ['MESSAGE_TOO_LARGE', 'Raise max.message.bytes'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'Make the topics again'],
  ['SOMETHING_ELSE', 'Start the server again; should it end again, report this, and to begin anew'],
])('a service that cannot go on for %s says what to do', (type, fix) => {
  const { message } = endingError(refusal(type, false), 'mine', 'the-log')
  expect(message).toContain(`Service mine cannot go on: the broker says ${type}. ${fix}`)
})

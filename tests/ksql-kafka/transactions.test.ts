import { expect, test } from 'vitest'
import { kafkaClient } from '../../kafka/client.ts'
import { type AddressedRecord, TransactionalSender } from '../../kafka/transactional-sender.ts'
import { EngineTask } from '../../ksql-kafka/engine-task.ts'
import { Transactions } from '../../ksql-kafka/transactions.ts'
import { ERROR_CODE } from '../../ksql-rest/protocol.ts'
import { RestError } from '../../ksql-rest/server/rest-error.ts'

/** Takes what it is given, until it is told not to. */
class TestSender extends TransactionalSender {
  readonly sent: (readonly AddressedRecord[])[] = []
  isBroken = false

  override async commit(records: readonly AddressedRecord[]): Promise<number> {
    if (this.isBroken) throw new Error('the broker has gone')
    this.sent.push(records)
    return 0
  }
}

function made() {
  const kafka = kafkaClient('127.0.0.1:1')
  const sender = new TestSender(kafka, 'test')
  const task = EngineTask.empty({ onFault: () => {} })
  let failed = 0
  const transactions = new Transactions({ kafka, serviceId: 's', task, sender, onFailed: () => failed++ })
  return { sender, transactions, failed: () => failed }
}

test('what waited for its turn behind work that failed is refused: nothing of it is done', async () => {
  const { sender, transactions, failed } = made()
  const settled = transactions.exclusive(() => transactions.settle())
  const broken = transactions.exclusive(async () => {
    sender.isBroken = true
    await transactions.settle()
  })
  const behind = transactions.exclusive(() => transactions.settle())
  await settled
  await expect(broken).rejects.toThrow('the broker has gone')
  await expect(behind).rejects.toThrow(
    'This server begins again from its log (the broker has gone). The request is not executed',
  )
  expect(transactions.isOpen).toBe(false)
  expect(transactions.failure).toEqual(new Error('the broker has gone'))
  expect(failed()).toBe(1)
  expect(sender.sent).toHaveLength(1)
})

test('what fails after the task was touched cannot be sealed in by a snapshot', async () => {
  const { sender, transactions } = made()
  const touched = transactions.exclusive(() =>
    transactions.guarded(async () => {
      throw new Error('midway')
    }),
  )
  await expect(touched).rejects.toThrow('midway')
  await expect(transactions.exclusive(() => transactions.snapshot())).rejects.toThrow(
    'begins again from its log (midway)',
  )
  expect(sender.sent).toEqual([])
})

test('work that fails before the task is touched refuses nobody else', async () => {
  const { sender, transactions } = made()
  const refused = transactions.exclusive(async () => {
    throw new Error('no such column')
  })
  await expect(refused).rejects.toThrow('no such column')
  await transactions.exclusive(() => transactions.settle())
  expect(sender.sent).toHaveLength(1)
})

test('after the end nothing is done', async () => {
  const { transactions } = made()
  transactions.end(new RestError(ERROR_CODE.shutDown, 'it is over'))
  await expect(transactions.settle().then(() => transactions.exclusive(async () => 1))).rejects.toThrow('it is over')
  expect(transactions.failure).toBeNull()
})

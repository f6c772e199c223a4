import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { deviceLogs, deviceNames } from '../../jobs/device-log.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()

describe('devices', () => {
  test('are named after the file, and where that is not enough after its folders', () => {
    expect(deviceNames(['/a/card.txt', '/b/other.log'])).toEqual(['card', 'other'])
    expect(deviceNames(['/a/rig1/GPU-Z Sensor Log.txt', '/a/rig2/GPU-Z Sensor Log.txt'])).toEqual([
      'rig1/GPU-Z Sensor Log',
      'rig2/GPU-Z Sensor Log',
    ])
    expect(deviceNames(['C:\\rig1\\log.txt', 'C:\\rig2\\log.txt', 'C:\\rig2\\x.txt'])).toEqual([
      'rig1/log',
      'rig2/log',
      'x',
    ])
  })

  test('of a .zip are its logs; what is none is told', async () => {
    const zip = scratch.write(
      'logs.zip',
      zipSync({ 'one.txt': strToU8('x'), 'two.txt': strToU8('x'), 'a.png': strToU8('x') }),
    )
    const { logs, skipped } = await deviceLogs([zip], undefined)
    expect(logs.map(({ device }) => device)).toEqual(['one', 'two'])
    expect(skipped).toHaveLength(1)
  })

  test('cannot share a name', async () => {
    const [one, two] = [scratch.write('1.txt', 'x'), scratch.write('2.txt', 'x')]
    await expect(deviceLogs([one, two], 'card')).rejects.toThrow(/--device card names one device, but there are 2 logs/)
    expect((await deviceLogs([one], 'card')).logs[0].device).toBe('card')
  })

  test('are not counted twice', async () => {
    const one = scratch.write('1.txt', 'x')
    await expect(deviceLogs([one, one], undefined)).rejects.toThrow(/1\.txt is given twice/)
  })
})

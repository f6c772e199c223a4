import type { Sensor } from './sensor.ts'
import {
  chipVoltage,
  clock,
  current,
  fanPercent,
  fanRpm,
  load,
  memory,
  power,
  powerPercent,
  state,
  supplyVoltage,
  temperature,
} from './sensor.ts'

/**
 * Every quantity known to appear in a GPU-Z log: the one source of truth for the reader, the Avro schema, the TypeScript type, the ksqlDB
 * column list and the units on a page. Names were read off 87 real logs of 2010 to 2026. Spellings of one quantity by different makers and
 * versions share a field; the version of GPU-Z never decides, since the same version prints different names for different cards.
 */
export const catalogue = [
  clock('gpu_clock', 'GPU Core Clock', 'GPU Clock'),
  clock('memory_clock', 'GPU Memory Clock', 'Memory Clock'),
  clock('shader_clock', 'GPU Shader Clock'),
  // Navi 10 prints "UVD Clock" twice with different values: the second is video_clock_2.
  clock('video_clock', 'UVD Clock', 'VCE Clock', 'VCN Clock'),
  clock('video_clock_2'),

  temperature('gpu_temperature', 'GPU Temperature'),
  temperature('hot_spot', 'Hot Spot', 'GPU Temperature (Hot Spot)'),
  temperature('memory_temperature', 'Memory Temperature', 'GPU Temp.(MEMIO)'),
  temperature('display_io_temperature', 'GPU Temp.(DISPIO)'),
  temperature('shader_core_temperature', 'GPU Temp.(SHADERCORE)'),
  temperature('gpu_vrm_temperature', 'GPU VRM Temperature'),
  temperature('soc_vrm_temperature', 'SOC VRM Temperature'),
  temperature('memory_vrm_temperature', 'Mem VRM Temperature'),
  temperature('memory_1_vrm_temperature', 'Mem1 VRM Temperature'),
  temperature('memory_2_vrm_temperature', 'Mem2 VRM Temperature'),
  temperature('vrm_1_temperature', 'VRM Temperature 1'),
  temperature('vrm_2_temperature', 'VRM Temperature 2'),
  temperature('icx_gpu2_temperature', 'EVGA iCX GPU2'),
  temperature('icx_mem1_temperature', 'EVGA iCX MEM1'),
  temperature('icx_mem2_temperature', 'EVGA iCX MEM2'),
  temperature('icx_mem3_temperature', 'EVGA iCX MEM3'),
  temperature('icx_pwr1_temperature', 'EVGA iCX PWR1'),
  temperature('icx_pwr2_temperature', 'EVGA iCX PWR2'),
  temperature('icx_pwr3_temperature', 'EVGA iCX PWR3'),
  temperature('icx_pwr4_temperature', 'EVGA iCX PWR4'),
  temperature('icx_pwr5_temperature', 'EVGA iCX PWR5'),

  fanPercent('fan_speed_percent', 'Fan Speed', 'Fan Speed (%)'),
  fanRpm('fan_speed_rpm', 'Fan Speed (RPM)', 'Fan Speed'),
  fanPercent('fan_1_speed_percent', 'Fan 1 Speed (%)'),
  fanRpm('fan_1_speed_rpm', 'Fan 1 Speed (RPM)'),
  fanPercent('fan_2_speed_percent', 'Fan 2 Speed (%)'),
  fanRpm('fan_2_speed_rpm', 'Fan 2 Speed (RPM)'),
  fanPercent('fan_3_speed_percent', 'Fan 3 Speed (%)'),
  fanRpm('fan_3_speed_rpm', 'Fan 3 Speed (RPM)'),
  fanRpm('icx_right_fan_rpm', 'EVGA iCX Right Fan'),

  memory('memory_used', 'Memory Used', 'Memory Used (Dedicated)', 'Memory Usage (Dedicated)', 'Memory Usage'),
  memory('memory_used_dynamic', 'Memory Used (Dynamic)', 'Memory Usage (Dynamic)'),

  load('gpu_load', 'GPU Load'),
  load('memory_controller_load', 'Memory Controller Load'),
  load('video_engine_load', 'Video Engine Load'),
  load('bus_interface_load', 'Bus Interface Load'),

  power('board_power', 'Board Power Draw', 'Power Consumption (W)'),
  power('gpu_chip_power', 'GPU Chip Power Draw', 'GPU only Power Draw', 'GPU Power Draw', 'GPU Power'),
  powerPercent('power_percent', 'Power Consumption (%)', 'Power Consumption'),
  power('mvddc_power', 'MVDDC Power Draw'),
  power('mvddq_power', 'MVDDQ Power Draw'),
  power('pwr_src_power', 'PWR_SRC Power Draw'),
  power('usb_c_power', 'USB-C Power Draw'),
  power('vddc_power', 'VDDC Power Draw'),
  power('vddc_power_in', 'VDDC Power In'),
  power('vddc_power_out', 'VDDC Power Out'),
  power('vddci_power', 'VDDCI Power Draw'),
  power('pcie_slot_power', 'PCIe Slot Power'),
  power('pin6_1_power', '6-Pin #1 Power'),
  power('pin6_2_power', '6-Pin #2 Power'),
  power('pin8_1_power', '8-Pin #1 Power'),
  power('pin8_2_power', '8-Pin #2 Power'),
  power('pin8_3_power', '8-Pin #3 Power'),
  power('pin16_power', '16-Pin Power'),

  chipVoltage('gpu_voltage', 'VDDC', 'GPU Voltage'),
  chipVoltage('vddci_voltage', 'VDDCI'),
  chipVoltage('mvddc_voltage', 'MVDDC'),
  chipVoltage('memory_voltage', 'Memory Voltage'),
  supplyVoltage('rail_12v_voltage', '12V'),
  supplyVoltage('pwr_src_voltage', 'PWR_SRC Voltage'),
  supplyVoltage('pcie_slot_voltage', 'PCIe Slot Voltage'),
  supplyVoltage('pin6_1_voltage', '6-Pin #1 Voltage'),
  supplyVoltage('pin8_1_voltage', '8-Pin #1 Voltage'),
  supplyVoltage('pin8_2_voltage', '8-Pin #2 Voltage'),
  supplyVoltage('pin8_3_voltage', '8-Pin #3 Voltage'),
  supplyVoltage('pin16_voltage', '16-Pin Voltage'),
  current('vddc_current', 'VDDC Current'),
  current('vddc_current_in', 'VDDC Current In'),
  current('vddc_current_out', 'VDDC Current Out'),
  load('vrm_efficiency', 'VRM Efficiency'),

  state('perf_cap_reason', 'PerfCap Reason'),
  temperature('cpu_temperature', 'CPU Temperature'),
  memory('system_memory_used', 'System Memory Used'),
] as const satisfies readonly Sensor[]

const byField: ReadonlyMap<string, Sensor> = new Map(catalogue.map((sensor) => [sensor.field, sensor]))

/** The sensor of a canonical field, or undefined. */
export function sensorOf(field: string): Sensor | undefined {
  return byField.get(field)
}

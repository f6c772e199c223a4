/** Eight sensors, as a chart of the page shows them. */
export const CHARTED_SENSORS = [
  'gpu_temperature',
  'hot_spot',
  'memory_temperature',
  'gpu_load',
  'board_power',
  'gpu_clock',
  'fan_1_speed_rpm',
  'memory_used',
]

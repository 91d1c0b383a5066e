// Loaded into a measured process: writes what it used when it exits.
import { writeFileSync } from 'node:fs'

const file = process.env.EVT_BENCH_USAGE
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const usage = { cpuS: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1_000 }
  if (file) writeFileSync(file, JSON.stringify(usage))
})

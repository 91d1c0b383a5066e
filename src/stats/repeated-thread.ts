// The thread behind repeated-aside.ts.
import { parentPort } from 'node:worker_threads'
import { type Identified, repeatedRows } from './repeated-rows.js'

parentPort?.once('message', (request: Identified) => {
  parentPort?.postMessage(repeatedRows(request))
})

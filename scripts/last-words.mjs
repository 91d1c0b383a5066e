// A reporter: whatever failed once more, in a line each, where the end of a log is all one sees.
const LONGEST = 300

export default class LastWords {
  onTestRunEnd(files, errors) {
    const failed = []
    for (const file of files) {
      for (const error of file.errors()) failed.push(line(file.relativeModuleId, error))
      for (const test of file.children.allTests('failed')) {
        const [error] = test.result().errors ?? []
        failed.push(line(`${file.relativeModuleId} > ${test.fullName}`, error))
      }
    }
    for (const error of errors) failed.push(line('outside of any test', error))
    if (failed.length > 0) console.log(failed.join('\n'))
  }
}

function line(where, error) {
  const said = `FAILED   ${where}: ${error?.message ?? ''}`.replaceAll(/\s+/g, ' ')
  return said.slice(0, LONGEST)
}

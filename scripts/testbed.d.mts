export const testbedFolder: string
export function pythonWithMoto(): string | undefined
export function installedMoto(): string | undefined
export function elasticmqJars(): string | undefined
export function installedElasticmq(): string | undefined

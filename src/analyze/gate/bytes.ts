// Sizes as dive's rules write them (dustin/go-humanize, bytes.go): decimal and binary units in any case, with or without a space.

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  ki: 2 ** 10,
  kib: 2 ** 10,
  m: 1e6,
  mb: 1e6,
  mi: 2 ** 20,
  mib: 2 ** 20,
  g: 1e9,
  gb: 1e9,
  gi: 2 ** 30,
  gib: 2 ** 30,
  t: 1e12,
  tb: 1e12,
  ti: 2 ** 40,
  tib: 2 ** 40,
  p: 1e15,
  pb: 1e15,
  pi: 2 ** 50,
  pib: 2 ** 50,
}

/** Whole bytes, or `undefined` for what is no size. */
export function parseBytes(text: string): number | undefined {
  const [, number = '', unit = ''] = /^\s*([\d.,]+)\s*([a-z]*)\s*$/i.exec(text) ?? []
  const factor = units[unit.toLowerCase()]
  const value = Number(number.replaceAll(',', ''))
  return number === '' || factor === undefined || Number.isNaN(value) ? undefined : Math.trunc(value * factor)
}

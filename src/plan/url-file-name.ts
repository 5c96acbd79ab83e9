// How a file that comes from a URL is called where its destination is a directory.

/** The last component of the URL's path, `__unnamed__` where there is none. */
export function urlFileName(url: string): string {
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? ''
  const name = baseName(decodePath(path))
  return name === '' ? '__unnamed__' : safeFileName(name)
}

/** The last component of a path as a file name: `download` for what is none, such as `..` or a name with control characters. */
export function safeFileName(text: string): string {
  const name = baseName(text.trim())
  return name === '' || name === '.' || name === '..' || /\p{Cc}/u.test(name) ? 'download' : name
}

function baseName(path: string): string {
  const clean = path.replace(/\/+$/, '')
  return clean.slice(clean.lastIndexOf('/') + 1)
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

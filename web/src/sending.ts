// What scripts send to the server, and what they say where it fails.
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string, // of the request, to quote to whoever helps
  ) {
    super(String(status));
  }
}

export async function send<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const csrf = document.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content ?? "";
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
    credentials: "same-origin",
    signal,
  });
  if (!answer.ok) throw new Refused(answer.status, answer.headers.get("x-request-id") ?? "");
  return (await answer.json()) as T;
}

export interface Station {
  code: string;
  name: string;
  warningLevel: number;
}

export interface Reading {
  code: string;
  takenAt: string;
  level: number;
}

export async function fetchStations(base: string): Promise<Station[]> {
  const response = await fetch(`${base}/stations`);
  if (!response.ok) {
    throw new Error(`the server answered ${response.status}`);
  }
  return (await response.json()) as Station[];
}

export async function fetchReadings(base: string, code: string): Promise<Reading[]> {
  const response = await fetch(`${base}/stations/${code}/readings`);
  if (!response.ok) {
    throw new Error(`the server answered ${response.status}`);
  }
  return (await response.json()) as Reading[];
}

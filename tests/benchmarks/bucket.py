"""Judge songs in an S3 bucket on a cluster of two workers, and compare with the files.

python -m tests.benchmarks.bucket FOLDER

The bucket is played by a server on this machine; nothing leaves it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import s3fs
from moto.server import ThreadedMotoServer
from pyarrow import dataset

from pacetag.model.judge import Judge
from tests.tagger.attacks.cluster import Cluster

COLUMNS = ["url", "paces", "duration", "stability", "fetched", "size", "requests"]


def main(folder: Path) -> int:
    """Fill a bucket, scan it, and print what was fetched; 1 where a song was judged otherwise."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    store = s3fs.S3FileSystem()
    store.mkdir("songs")
    for song in (path for path in folder.iterdir() if path.is_file()):
        store.put(str(song), f"songs/{song.name}")
    with tempfile.TemporaryDirectory() as place:
        cluster = Cluster(Path(place), workers=2, nanny=True)
        out = Path(place) / "out"
        command = ["scan", "s3://songs", "--output", str(out), "--cluster", cluster.address]
        try:
            subprocess.run([sys.executable, "-m", "pacetag.tagger", *command], check=False)
        finally:
            cluster.close()
        rows = dataset.dataset(out).to_table(columns=COLUMNS).to_pylist()
    judge, other = Judge(), []
    for row in rows:
        found = judge.file(folder / row["url"].rpartition("/")[2]).rounded()
        paces = [{"bpm": pace.bpm, "confidence": pace.confidence} for pace in found.paces]
        told = (row["paces"], row["duration"], row["stability"])
        if told != (paces, found.duration, found.stability):
            other.append(row["url"])
    sys.stdout.write(
        f"{len(rows)} songs, {len(other)} judged otherwise: {other or 'none'}; fetched "
        f"{sum(row['fetched'] for row in rows) / 1e6:.1f} of "
        f"{sum(row['size'] for row in rows) / 1e6:.1f} MB in "
        f"{sum(row['requests'] for row in rows)} requests\n"
    )
    sys.stdout.flush()
    server.stop()
    return 1 if other else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))

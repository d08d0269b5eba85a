// The same app without its bugs: it asks again what may pass, and waits before.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"time"
)

func send() (*http.Response, error) {
	request, err := http.NewRequest("GET", "https://api.cerebras.ai/v1/models", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CEREBRAS_API_KEY"))
	return http.DefaultClient.Do(request)
}

func passes(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

func main() {
	rand.Seed(time.Now().UnixNano())
	for attempt := 1; attempt <= 4; attempt++ {
		response, err := send()
		if err == nil {
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				fmt.Println(string(body))
				return
			}
			if !passes(response.StatusCode) {
				fmt.Fprintln(os.Stderr, "the API refuses:", response.Status)
				os.Exit(1)
			}
		}
		longest := 500 * time.Millisecond << attempt
		time.Sleep(longest/2 + time.Duration(rand.Int63n(int64(longest/2))))
	}
	fmt.Fprintln(os.Stderr, "the API gives no answer")
	os.Exit(1)
}
